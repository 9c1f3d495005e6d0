import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import * as vscode from 'vscode';
import { Heartbeat } from './heartbeat.ts';
import { benchBegins, portVariable, type Answer, type Measurement, type Order } from './protocol.ts';

/** Measures the extension host from within, by the orders of the runner. VS Code calls this there. */
export async function run(): Promise<void> {
  console.log(benchBegins);
  const socket = connect({ host: '127.0.0.1', port: Number(process.env[portVariable]) });
  await once(socket, 'connect');
  const probe = new Probe();
  // The loop ends when the runner goes away, too.
  for await (const line of createInterface({ input: socket })) {
    const order = JSON.parse(line) as Order;
    if (order.kind === 'quit') {
      break;
    }
    const answer: Answer = await probe.carryOut(order).then(
      (result) => ({ result }),
      (error: unknown) => ({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
    socket.write(`${JSON.stringify(answer)}\n`);
  }
  socket.destroy();
}

class Probe {
  #heartbeat: Heartbeat | undefined;
  #profiling: { readonly session: Session; readonly file: string } | undefined;

  async carryOut(order: Exclude<Order, { kind: 'quit' }>): Promise<unknown> {
    switch (order.kind) {
      case 'begin':
        await this.#begin(order.profile);
        return undefined;
      case 'end':
        return this.#end();
      case 'execute':
        await vscode.commands.executeCommand(order.command, order.argument);
        return undefined;
    }
  }

  async #begin(profile: string | undefined): Promise<void> {
    if (profile !== undefined) {
      const session = new Session();
      session.connect();
      await session.post('Profiler.enable');
      await session.post('Profiler.setSamplingInterval', { interval: 500 });
      await session.post('Profiler.start');
      this.#profiling = { session, file: profile };
    }
    this.#heartbeat = new Heartbeat();
  }

  async #end(): Promise<Measurement | undefined> {
    const measurement = this.#heartbeat?.stop();
    if (this.#profiling) {
      const { session, file } = this.#profiling;
      const { profile } = await session.post('Profiler.stop');
      session.disconnect();
      await writeFile(file, JSON.stringify(profile));
      this.#profiling = undefined;
    }
    return measurement;
  }
}
