import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Answer, Measurement, Order } from './protocol.ts';

/** The runner's end of the line to the probe in the extension host. */
export class ProbeLink {
  readonly #server: Server;
  readonly #connection: Promise<{ socket: Socket; lines: AsyncIterator<string> }>;

  private constructor(server: Server) {
    this.#server = server;
    this.#connection = (once(server, 'connection') as Promise<[Socket]>).then(([socket]) => ({
      socket,
      lines: createInterface({ input: socket })[Symbol.asyncIterator](),
    }));
    // Whether somebody waits for it depends on how the run goes.
    this.#connection.catch(() => undefined);
  }

  /** Takes any free port of 127.0.0.1. */
  static async listen(): Promise<ProbeLink> {
    const server = createServer();
    server.listen({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    return new ProbeLink(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Begins to measure, with a CPU profile if a file is named for it. */
  async begin(profile?: string): Promise<void> {
    await this.#send({ kind: 'begin', ...(profile !== undefined && { profile }) });
  }

  /** Ends the measuring. */
  async end(): Promise<Measurement> {
    return (await this.#send({ kind: 'end' })) as Measurement;
  }

  /** Executes a command of VS Code in the extension host and waits for its end. */
  async execute(command: string, argument?: unknown): Promise<void> {
    await this.#send({ kind: 'execute', command, argument });
  }

  /** Has the extension host end the run. */
  async quit(): Promise<void> {
    const { socket } = await this.#connection;
    socket.write(`${JSON.stringify({ kind: 'quit' } satisfies Order)}\n`);
  }

  close(): void {
    this.#server.close();
    void this.#connection.then(({ socket }) => socket.destroy()).catch(() => undefined);
  }

  async #send(order: Order): Promise<unknown> {
    const { socket, lines } = await this.#connection;
    socket.write(`${JSON.stringify(order)}\n`);
    const line = await lines.next();
    if (line.done === true) {
      throw new Error(`The extension host went away during ${JSON.stringify(order)}.`);
    }
    const answer = JSON.parse(line.value) as Answer;
    if ('error' in answer) {
      throw new Error(`${JSON.stringify(order)} failed in the extension host: ${answer.error}`);
    }
    return answer.result;
  }
}
