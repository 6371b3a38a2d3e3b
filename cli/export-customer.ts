import { writeFile } from "node:fs/promises";
import * as v from "valibot";
import { findCustomerLinks, findSubject } from "./erase/erasure.ts";
import { print, printJson } from "./output.ts";
import { openTarget } from "./target/open.ts";
import { parseResponse, type Target } from "./target/target.ts";
import { requireAbsent } from "./transfer/export-file.ts";

const Activity = v.object({ items: v.array(v.looseObject({ type: v.string(), at: v.string() })) });

interface CustomerExport {
  readonly customer: string;
  readonly out: string;
  readonly stage?: string | undefined;
  readonly json?: boolean | undefined;
}

/**
 * Writes what is stored of a customer to a new file that only its owner may read: the installations with the people
 * who made them, their activity and the install links. The API returns no token.
 */
export async function exportCustomer({
  customer,
  out,
  stage,
  json,
}: CustomerExport): Promise<void> {
  await requireAbsent(out);
  const target = await openTarget(stage);
  const installations = await findSubject(target, { customer });
  const links = await findCustomerLinks(target, installations, customer);
  const content = {
    customer,
    exported_at: new Date().toISOString(),
    installations: await Promise.all(
      installations.map(async (item) => ({
        ...item,
        activity: await readActivity(target, item.id),
      })),
    ),
    install_links: links,
  };
  await writeFile(out, `${JSON.stringify(content, null, 2)}\n`, { flag: "wx", mode: 0o600 });
  if (json) printJson({ file: out, installations: installations.length, links: links.length });
  else print(`${installations.length} installations and ${links.length} install links in ${out}.`);
}

async function readActivity({ get }: Target, id: string) {
  const path = `/installations/${id}/activity`;
  const { items } = parseResponse(
    Activity,
    await get(path, {}),
    "GET /installations/{id}/activity",
  );
  return items;
}
