declare module "express" {
  const express: () => unknown;
  export = express;
}
