// Plain JavaScript, because it must run on the old versions of Node that it reports.
const REQUIRED = 24;

if (Number(process.versions.node.split(".")[0]) < REQUIRED) {
  process.stderr.write(
    `Grantkeep needs Node ${REQUIRED}; this is ${process.version}. On Linux and Windows (x64), \`npm ci\` installs ` +
      `Node ${REQUIRED}, and \`npm run …\` uses it. On other systems, install Node ${REQUIRED}.\n`,
  );
  process.exit(1);
}
