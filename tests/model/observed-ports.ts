import type { HeldLease } from "./platform-steps.ts";
import type { Process } from "./scheduler.ts";
import type { StorePorts } from "./store-steps.ts";
import type { World } from "./world.ts";

/** Notes what a process reads and which lease it holds, for the checks of the model. */
export function observePorts(
  { scheduler, observer }: World,
  process: Process,
  ports: StorePorts,
): { ports: StorePorts; held(): HeldLease | undefined } {
  const { installations, tokens, leases } = ports;
  let held: HeldLease | undefined;
  let leaseEndsAt = 0;
  let grantReadStep = 0;

  function noteRead(): void {
    process.lastRead = process.lastStatement;
  }

  return {
    held: () => held,
    ports: {
      ...ports,
      installations: {
        ...installations,
        async findGrantVersion(id) {
          const version = await installations.findGrantVersion(id);
          grantReadStep = process.lastStatement;
          return version;
        },
        delete(...request) {
          observer.noteDeletion(grantReadStep);
          return installations.delete(...request);
        },
      },
      tokens: {
        ...tokens,
        async findToken(...request) {
          const token = await tokens.findToken(...request);
          noteRead();
          return token;
        },
      },
      leases: {
        ...leases,
        async take(token, { seconds }) {
          const lease = await leases.take(token, { seconds });
          if (lease) noteRead();
          held = lease && { lease, decidedOn: token.tokenVersion };
          leaseEndsAt = scheduler.now() + seconds * 1000;
          return lease;
        },
        async extend(lease, { seconds }) {
          const extended = await leases.extend(lease, { seconds });
          held = held && extended && { ...held, lease: extended };
          leaseEndsAt = scheduler.now() + seconds * 1000;
          return extended;
        },
        async write(...tokens) {
          const written = await leases.write(...tokens);
          if (written) noteRead();
          // It stood still for longer than its lease, while others ran.
          if (scheduler.now() > leaseEndsAt) process.hadFault = true;
          return written;
        },
      },
    },
  };
}
