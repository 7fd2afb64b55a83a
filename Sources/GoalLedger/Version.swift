/// The version of this program, as `goalledger --version` prints it and `workers` records it.
public let goalLedgerVersion = "0.1.0"
