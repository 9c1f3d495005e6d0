/** A JSON Web Token or the beginning of one: its first part is a JSON object in base64url, which begins like this. */
const jsonWebToken = /eyJ[\w-]{4,}={0,2}(?:\.[\w-]*)*/g;

/** What follows `Bearer`, unless it is the parameter of a challenge, `realm="…"`. */
const bearer = /\b(Bearer\s+)(?!\w+=")[^\s",;]+/gi;

/** The signature of an address of Azure storage, which is a key to it. */
const signature = /((?<![a-z])sig(?:=|%3D))[^&\s"'\\]+/gi;

/** The text with everything masked that looks like a token. For all that is kept or shown of bodies and headers. */
export function withoutSecrets(text: string): string {
  return text.replace(jsonWebToken, '[token]').replace(bearer, '$1[token]').replace(signature, '$1[key]');
}
