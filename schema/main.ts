import { schemaCommand } from './schemaCommand.js';

process.exitCode = await schemaCommand(process.argv.slice(2), { print: console.log, complain: console.error });
