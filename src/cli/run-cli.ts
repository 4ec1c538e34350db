import { Command, CommanderError } from 'commander';
import { AppError } from '../kernel/index.ts';
import { errorLines, exitCodeOf } from './error-text.ts';
import { GROUPS, PLANS } from './plans.ts';
import type { Arguments, Options, Plan, PlanGroup } from './plan.ts';
import { Session, type Terminal } from './command-session.ts';

/** Runs one command line and answers its exit code: 0 done, 1 refused or failed, 2 wrong use. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const json = args.includes('--json');
  const session = new Session(terminal, json);
  try {
    await programOver(session, terminal).parseAsync(args, { from: 'user' });
    return session.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const shown = error instanceof CommanderError ? wrongUse(error) : error;
    session.say(errorLines(shown, json));
    return exitCodeOf(shown);
  } finally {
    await session.close();
  }
}

function wrongUse(error: CommanderError): AppError {
  const message = error.message.replace(/^error: /, '');
  // A group without a command prints what there is, and that is all it has to say.
  const said = error.code === 'commander.help' ? 'which command? They are listed above' : message;
  return new AppError('wrong-use', said);
}

function programOver(session: Session, terminal: Terminal): Command {
  const program = prepared(new Command('holdfast'), terminal)
    .description('Orders and stock that never oversell and never lose a unit.')
    .option('--json', 'print one JSON document, and nothing else, on standard output')
    .helpCommand(false)
    .addHelpText('after', '\nExit codes: 0 done, 1 refused or failed, 2 wrong use.');
  for (const group of GROUPS) addGroup(program, group, session, terminal);
  for (const plan of PLANS) addPlan(program, plan, session, terminal);
  return program;
}

function prepared(command: Command, { stdout, stderr }: Terminal): Command {
  return command
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: () => undefined, // said once, in our own form, by whoever catches it
    });
}

function addGroup(parent: Command, given: PlanGroup, session: Session, terminal: Terminal): void {
  const { name, summary, plans, groups = [] } = given;
  const group = prepared(parent.command(name), terminal).description(summary);
  group.helpCommand(false);
  for (const one of groups) addGroup(group, one, session, terminal);
  for (const plan of plans) addPlan(group, plan, session, terminal);
}

function addPlan(parent: Command, plan: Plan, session: Session, terminal: Terminal): void {
  const command = prepared(parent.command(plan.name), terminal)
    .summary(plan.summary)
    .description([`${plan.summary}.`, ...(plan.more === undefined ? [] : [plan.more])].join('\n'))
    .addHelpText('after', `\nExamples:\n${plan.examples.map((one) => `  $ ${one}`).join('\n')}`);
  if (plan.takes !== undefined) command.arguments(plan.takes);
  for (const [flags, text] of plan.options ?? []) addOption(command, flags, text);
  if (plan.passesOn) command.allowUnknownOption().allowExcessArguments();
  command.action(async (...given: unknown[]) => {
    const values = given.slice(0, -2) as Arguments;
    const left = plan.passesOn ? [command.args] : values;
    await plan.act(session, left, command.opts<Options>());
  });
}

/** An option whose value may be given several times is written with dots: `--line <line...>`. */
function addOption(command: Command, flags: string, text: string): void {
  if (!flags.includes('...')) {
    command.option(flags, text);
    return;
  }
  const collect = (value: string, before: readonly string[] = []) => [...before, value];
  command.option(flags.replace('...', ''), text, collect);
}
