// Prints what the official parser says against the document, one line each; fails on errors and warnings.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const WARNING = 1;
const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
const problems = diagnostics.filter((found) => found.severity <= WARNING);
for (const found of problems) {
  console.log(`${found.path.join("/")}: ${found.message}`);
}
if (document) {
  console.log(`AsyncAPI ${document.version()}: ${document.channels().all().length} channels`);
}
process.exit(document && problems.length === 0 ? 0 : 1);
