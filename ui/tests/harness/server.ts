/** A server of its own for each worker: a free port, an empty folder, stopped by its process alone. */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

export const USER = "root@root.com";
export const PASSWORD = "Root!1234";

/** Starting takes a moment; more than this and something is wrong. */
const START_MS = 30_000;
const STOP_MS = 15_000;

export interface Wanted {
  /** Without an account the first page asks for one. */
  readonly hasAccount?: boolean;
  /** What all addresses begin with. */
  readonly prefix?: string;
  /** The built interface. */
  readonly interface?: string;
  /** What is in its folder before it starts, as `kapelle dev seed` makes it. */
  readonly seed?: "small" | "loop";
}

/** The program under test: the one that is named, else what was built last for release, else for debugging. */
function program(): string {
  const root = resolve(import.meta.dirname, "../../../target");
  const candidates = [process.env.KAPELLE, join(root, "release/kapelle"), join(root, "debug/kapelle")];
  const found = candidates.find((path) => path !== undefined && existsSync(path));
  if (!found) throw new Error("there is no program to test: build it (make build), or name it in KAPELLE");
  return found;
}

/** What `npm run build` made, so that the pages under test are those of this folder. */
export function built(): string {
  const dist = resolve(import.meta.dirname, "../../dist");
  if (!existsSync(join(dist, "index.html"))) throw new Error("the interface is not built: npm run build");
  return dist;
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.on("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const found = probe.address();
      probe.close(() => (typeof found === "object" && found ? done(found.port) : fail(new Error("no port is free"))));
    });
  });
}

function configuration({ hasAccount = true, prefix, interface: folder = built() }: Wanted): string {
  const parts: Record<string, unknown> = {
    kestra: hasAccount ? { server: { "basic-auth": { username: USER, password: PASSWORD } } } : {},
    endpoints: { all: { enabled: false } },
    kapelle: {
      // Scripts run as processes, whether or not this machine has Docker.
      docker: { host: "unix:///nowhere/docker.sock" },
      ui: { folder },
      server: { hosts: ["127.0.0.1", "kapelle.test"] },
    },
    micronaut: { server: prefix === undefined ? {} : { "context-path": prefix } },
  };
  return JSON.stringify(parts);
}

export class Server {
  private constructor(
    readonly port: number,
    readonly prefix: string,
    private readonly folder: string,
    private process: ChildProcess,
  ) {}

  static async start(wanted: Wanted = {}): Promise<Server> {
    const folder = mkdtempSync(join(tmpdir(), "kapelle-ui-"));
    // JSON is YAML too.
    writeFileSync(join(folder, "config.yml"), configuration(wanted));
    if (wanted.seed) {
      const place = ["--scenario", wanted.seed, "--data", "data"];
      execFileSync(program(), ["dev", "seed", ...place], { cwd: folder, stdio: "ignore" });
    }
    const port = await freePort();
    const server = new Server(port, wanted.prefix ?? "", folder, run(folder, port));
    await server.ready();
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The same by a name, as a machine in the local network has one; browsers trust it less. */
  get named(): string {
    return `http://kapelle.test:${this.port}`;
  }

  /** Where the interface is. */
  get ui(): string {
    return `${this.origin}${this.prefix}/ui/`;
  }

  /** What it printed, for those who look why it does not answer. */
  get words(): string {
    return readFileSync(join(this.folder, "server.log"), "utf8");
  }

  private async ready(): Promise<void> {
    const end = Date.now() + START_MS;
    while (Date.now() < end) {
      if (this.process.exitCode !== null) break;
      const answer = await fetch(`${this.origin}${this.prefix}/ping`).catch(() => null);
      if (answer?.ok) return;
      await pause(50);
    }
    throw new Error(`the server did not start:\n${this.words}`);
  }

  /** Stops it as a service manager does, or, if it must be sudden, as a power cut does. */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((done) => this.process.once("exit", done));
    this.process.kill(signal);
    await Promise.race([ended, pause(STOP_MS).then(() => this.process.kill("SIGKILL"))]);
    await ended;
  }

  /** Starts it again where it was, with what it had written down. */
  async again(): Promise<void> {
    this.process = run(this.folder, this.port);
    await this.ready();
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function run(folder: string, port: number): ChildProcess {
  const log = openSync(join(folder, "server.log"), "a");
  const place = ["--host", "127.0.0.1", "--port", String(port), "--config", "config.yml", "--data", "data"];
  return spawn(program(), ["server", "local", ...place], { cwd: folder, stdio: ["ignore", log, log] });
}
