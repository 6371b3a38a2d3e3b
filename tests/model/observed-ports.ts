import type { HeldLease } from "./platform-steps.ts";
import type { Process } from "./scheduler.ts";
import type { StorePorts } from "./store-steps.ts";
import type { World } from "./world.ts";

/** Notes what a process reads and which lease it holds, for the checks of the model. */
export function observePorts(
  { scheduler, observer }: World,
  process: Process,
  ports: StorePorts,
): { ports: StorePorts; held(organizationId: string): HeldLease | undefined } {
  const { installations, tokens, leases } = ports;
  const held = new Map<string, HeldLease>();
  const leaseEnds = new Map<string, number>();
  let grantReadStep = 0;

  function noteRead(): void {
    process.lastRead = process.lastStatement;
  }

  function noteLease(taken: HeldLease, seconds: number): void {
    const { organizationId } = taken.lease;
    held.set(organizationId, taken);
    leaseEnds.set(organizationId, scheduler.now() + seconds * 1000);
  }

  return {
    held: (organizationId) => held.get(organizationId),
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
          if (lease) {
            noteRead();
            noteLease({ lease, decidedOn: token.tokenVersion }, seconds);
          } else {
            held.delete(token.organizationId);
          }
          return lease;
        },
        async extend(lease, { seconds }) {
          const extended = await leases.extend(lease, { seconds });
          const before = held.get(lease.organizationId);
          if (before && extended) noteLease({ ...before, lease: extended }, seconds);
          else held.delete(lease.organizationId);
          return extended;
        },
        async write(lease, ...tokens) {
          const written = await leases.write(lease, ...tokens);
          if (written) noteRead();
          // It stood still for longer than its lease, while others ran.
          const endsAt = leaseEnds.get(lease.organizationId) ?? 0;
          if (scheduler.now() > endsAt) scheduler.noteDelay(process);
          return written;
        },
      },
    },
  };
}
