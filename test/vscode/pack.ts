import { rm } from 'node:fs/promises';
import { createVSIX } from '@vscode/vsce';

/** Packs the extension in `folder` into the file `vsix`, without asking anything and without dependencies. */
export async function packFolder(
  folder: string,
  vsix: string,
  { skipLicense = false }: { skipLicense?: boolean } = {},
): Promise<void> {
  await rm(vsix, { force: true });
  await createVSIX({
    cwd: folder,
    packagePath: vsix,
    dependencies: false,
    allowMissingRepository: true,
    // Without a public repository there is nothing that relative links could be made to point to.
    rewriteRelativeLinks: false,
    skipLicense,
  });
}
