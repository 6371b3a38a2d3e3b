import { isSupported, UNSUPPORTED } from "../cli/node-version.mjs";

if (!isSupported) {
  process.stderr.write(UNSUPPORTED);
  process.exitCode = 1;
}
