/** Stands in for the story of the demo: tells what it was given, ends with its own code. */
console.log(`stand-in demo: ${process.argv.slice(2).join(' ')} in ${process.env['HOLDFAST_HOME']}`);
process.exitCode = 3;
