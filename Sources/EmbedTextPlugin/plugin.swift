import Foundation
import PackagePlugin

/// Embeds every `.sql` and `.hddl` file of a target, in the order of their names.
@main
struct EmbedTextPlugin: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    guard let target = target as? SourceModuleTarget else { return [] }
    let inputs = try FileManager.default
      .subpathsOfDirectory(atPath: target.directoryURL.path())
      .filter { $0.hasSuffix(".sql") || $0.hasSuffix(".hddl") }
      .sorted()
      .map { target.directoryURL.appending(path: $0) }
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedText.swift")
    return [
      .buildCommand(
        displayName: "Embedding \(inputs.count) text files of \(target.name)",
        executable: try context.tool(named: "EmbedText").url,
        arguments: [output.path()] + inputs.map { $0.path() },
        inputFiles: inputs,
        outputFiles: [output]
      )
    ]
  }
}
