// Prints `N passed, N failed, N skipped` over vitest's JSON reports. Exit code 1 when anything failed or a report is missing.
import { readFileSync } from 'node:fs';

let passed = 0;
let failed = 0;
let skipped = 0;
for (const file of process.argv.slice(2)) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    passed += report.numPassedTests;
    skipped += report.numPendingTests + report.numTodoTests;
    // A file that does not load has no test that could fail, and an error outside of tests leaves all of them passed.
    const broken = report.testResults.filter(
      (suite) => suite.status === 'failed' && suite.assertionResults.length === 0,
    );
    const found = report.numFailedTests + broken.length;
    failed += found === 0 && !report.success ? 1 : found;
  } catch {
    // The run broke off before it could write: that is a failure, not nothing.
    failed += 1;
  }
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 ? 1 : 0;
