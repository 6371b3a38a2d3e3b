/** How to get the Node that this package requires. */
export const NODE_ADVICE =
  "On Linux and on Windows (x64), `npm ci` installs it with the package, unless optional " +
  "dependencies are left out. Elsewhere, install it from https://nodejs.org.";
