import { describe, expect, test } from "vitest";
import {
  type Binding,
  type BoundInstallation,
  customerOf,
  decideRebinding,
  requireUnpinned,
  UNBOUND,
} from "../../core/ports/rebinding.ts";

const [ONE, OTHER] = [`inst-${"1".repeat(32)}`, `inst-${"2".repeat(32)}`];
const LINK = { id: `link-${"0".repeat(32)}`, installationId: null, replaces: false };

const stored: BoundInstallation = {
  id: ONE,
  hasEnded: false,
  isSameCustomer: true,
  installedById: "mia",
  isUnclaimed: false,
};
const [ended, bound] = [
  { ...stored, hasEnded: true },
  { ...stored, isSameCustomer: false },
];

const linked: Binding = { ...UNBOUND, link: LINK };
const replacing: Binding = { ...UNBOUND, link: { ...LINK, replaces: true } };
const pinnedTo = (installationId: string): Binding => ({
  ...UNBOUND,
  link: { ...LINK, installationId },
});
const asMember = (binding: Binding): Binding => ({ ...binding, mayReplaceInstaller: false });

describe("an install of an organization that has an installation", () => {
  test.each<[string, BoundInstallation, Binding, string, string]>([
    ["without a link installs again", bound, UNBOUND, "mia", "reinstall"],
    ["without a link installs an ended one again", ended, UNBOUND, "noah", "reinstall"],
    ["with a link of the same customer installs again", stored, linked, "mia", "reinstall"],
    ["with a link that replaces, of the same customer", stored, replacing, "mia", "reinstall"],
    ["with a link that replaces, of another customer", bound, replacing, "mia", "rebind"],
    [
      "with a link of another customer takes an ended one",
      { ...bound, hasEnded: true },
      linked,
      "noah",
      "rebind",
    ],
    ["with a link that is pinned to it", bound, pinnedTo(ONE), "noah", "reinstall"],
    ["by the same person, who is no administrator", stored, asMember(linked), "mia", "reinstall"],
    ["by an administrator", stored, UNBOUND, "noah", "reinstall"],
    ["by a member, if it has ended", ended, asMember(UNBOUND), "noah", "reinstall"],
    ["by a member with a link pinned to it", stored, asMember(pinnedTo(ONE)), "noah", "reinstall"],
  ])("%s", (_, row, binding, person, decision) => {
    expect(decideRebinding(row, binding, person)).toBe(decision);
  });

  test.each<[string, BoundInstallation, Binding, string, string]>([
    ["with a link of another customer", bound, linked, "mia", "installation_bound_elsewhere"],
    [
      "with a pinned link of another one",
      stored,
      pinnedTo(OTHER),
      "mia",
      "installation_bound_elsewhere",
    ],
    [
      "with such a link, though it has ended",
      ended,
      pinnedTo(OTHER),
      "mia",
      "installation_bound_elsewhere",
    ],
    ["by a member", stored, asMember(UNBOUND), "noah", "installation_not_verified"],
    [
      "by a member with a link that replaces",
      bound,
      asMember(replacing),
      "noah",
      "installation_not_verified",
    ],
    [
      "by a member, if the installer is not known",
      { ...stored, installedById: null },
      asMember(UNBOUND),
      "noah",
      "installation_not_verified",
    ],
  ])("%s is refused", (_, row, binding, person, code) => {
    expect(() => decideRebinding(row, binding, person)).toThrow(expect.objectContaining({ code }));
  });

  test("a pinned link creates nothing", () => {
    expect(() => requireUnpinned(pinnedTo(ONE))).toThrow();
    expect(requireUnpinned(linked)).toBeUndefined();
  });
});

test("a customer is all metadata of a link but the shown name, or that of the configured keys", () => {
  const metadata = { customer: "42", plan: "pro", display_name: "Acme" };

  expect(customerOf(metadata, undefined)).toEqual({ customer: "42", plan: "pro" });
  expect(customerOf(metadata, ["customer", "tenant"])).toEqual({ customer: "42" });
  expect(customerOf({ display_name: "Acme" }, undefined)).toEqual({});
});
