// The command line's entry: everything it does, it does through `Invocation`, which decides what is
// printed where and how the process ends.

await Invocation.run(arguments: Array(CommandLine.arguments.dropFirst()))
