// Plain JavaScript on purpose: it must run on the old Node that it complains about.
const REQUIRED = 24;

if (Number(process.versions.node.split(".")[0]) < REQUIRED) {
  process.stderr.write(
    `Grantkeep needs Node ${REQUIRED}, and this is ${process.version}. npm brings Node ${REQUIRED} along on Linux ` +
      `and on Windows (x64): run it by \`npm run …\` after \`npm ci\`. Elsewhere, install Node ${REQUIRED}.\n`,
  );
  process.exit(1);
}
