/// A folder below which files are read and written.
public final class SafeFolder: FileSource {
  /// Its absolute path.
  public let path: String
  /// Opens the folder.
  public init(path: String) throws(ExecutionError) { self.path = path }

  /// What stands at `path`.
  public func entry(at path: RelativePath, maxBytes: Int) throws(ExecutionError) -> FileEntry {
    .absent
  }
  /// What stands at each path.
  public func entries(
    at paths: [RelativePath],
    maxBytes: Int
  ) async throws(ExecutionError) -> [RelativePath: FileEntry] { [:] }
  /// Writes a whole file.
  public func write(_ bytes: [UInt8], to path: RelativePath) throws(ExecutionError) {}
  /// Removes a file.
  public func remove(_ path: RelativePath) throws(ExecutionError) {}
}
