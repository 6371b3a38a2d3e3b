import { openSession } from "./browser-session.ts";

/** The address and the fields of the only form of a page. */
export interface PageForm {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Returns the only form of a page at `base`. */
export function formIn(page: string, base: string): PageForm {
  const [, action = ""] = /<form[^>]* action="([^"]*)"/.exec(page) ?? [];
  const inputs = page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g);
  return {
    action: new URL(unescapeHtml(action), base).href,
    fields: Object.fromEntries(
      [...inputs].map(([, name = "", value = ""]) => [name, unescapeHtml(value)]),
    ),
  };
}

/** Clicks from the page that setup serves to the end at GitHub: the URL that GitHub returns to. */
export async function clickThroughGithub(pageUrl: string) {
  const browser = openSession();
  await browser.get(pageUrl);
  const { origin } = new URL(pageUrl);
  const { action, fields } = formIn(await (await browser.get(`${origin}/`)).text(), origin);
  // GitHub is another site, without the cookies of the page.
  const github = openSession();
  const confirm = formIn(await (await github.post(action, fields)).text(), action);
  const reply = await github.post(confirm.action, confirm.fields);
  return {
    browser,
    action,
    manifest: fields.manifest ?? "",
    returnUrl: reply.headers.get("location") ?? "",
  };
}

/** Creates a Slack app from the link that setup prints: its credentials as the page shows them. */
export async function createSlackApp(link: string): Promise<Record<string, string>> {
  const slack = openSession();
  const { action, fields } = formIn(await (await slack.get(link)).text(), link);
  const created = await slack.post(action, fields);
  const page = await (await slack.get(created.headers.get("location") ?? "")).text();
  const rows = page.matchAll(/<dt>([^<]+)<\/dt><dd>([^<]+)<\/dd>/g);
  return Object.fromEntries([...rows].map(([, name = "", value = ""]) => [name, value]));
}

function unescapeHtml(text: string): string {
  return text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
