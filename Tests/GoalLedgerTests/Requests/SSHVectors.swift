// Signatures that OpenSSH 9.2's ssh-keygen -Y sign has made of one message, and whose they are.

enum SSHVectors {
  static let message = Array("goalledger-request-v1\nt1:x".utf8)

  /// The Ed25519 key's 32 bytes.
  static let publicKey = "0a3bc56b9ff378d93ffa66129c4a0fe99e53449202c8ed2df997c60d5123ecf8"

  static let sha512 = """
    -----BEGIN SSH SIGNATURE-----
    U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgCjvFa5/zeNk/+mYSnEoP6Z5TRJ
    ICyO0t+ZfGDVEj7PgAAAALZ29hbC1sZWRnZXIAAAAAAAAABnNoYTUxMgAAAFMAAAALc3No
    LWVkMjU1MTkAAABAhPgh1/vB4z9V2SYrnPTnWVYB65ohVaet6zrbxk4aq9bVBx9tUzgsZA
    juj9YkomG1seUHcQ9Y5VqD5dYov4qAAw==
    -----END SSH SIGNATURE-----

    """

  static let sha256 = """
    -----BEGIN SSH SIGNATURE-----
    U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgCjvFa5/zeNk/+mYSnEoP6Z5TRJ
    ICyO0t+ZfGDVEj7PgAAAALZ29hbC1sZWRnZXIAAAAAAAAABnNoYTI1NgAAAFMAAAALc3No
    LWVkMjU1MTkAAABA1GrezL4SQ2ioBjZ4Nf5oSixqelAJWUZmo/o40mdSrGftSGhAWtKpx+
    D+VDIAq+nVL0Kz306aEkz/bAITZ2fUAA==
    -----END SSH SIGNATURE-----

    """

  /// For the namespace `file`.
  static let otherNamespace = """
    -----BEGIN SSH SIGNATURE-----
    U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgCjvFa5/zeNk/+mYSnEoP6Z5TRJ
    ICyO0t+ZfGDVEj7PgAAAAEZmlsZQAAAAAAAAAGc2hhNTEyAAAAUwAAAAtzc2gtZWQyNTUx
    OQAAAEDhiHiPpNUyZHP7Au9+AMDEYyTQd9HaF5JTXGaTVjk83LoTmcTJbWQWHla6P/MhoY
    2WXCh1PW0XYnzgTA3zN80H
    -----END SSH SIGNATURE-----

    """

  /// By a key of kind ecdsa-sha2-nistp256.
  static let otherKind = """
    -----BEGIN SSH SIGNATURE-----
    U1NIU0lHAAAAAQAAAGgAAAATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAAhuaXN0cDI1NgAAAE
    EEw5nkLFLurctBkJzR7mD7FfLXANEZoewNttIfRnWVRUno+ZKAKxgDJ0RzDo7vaUCByhpo
    UfXXIlpNc0aYTkIF7wAAAAtnb2FsLWxlZGdlcgAAAAAAAAAGc2hhNTEyAAAAZAAAABNlY2
    RzYS1zaGEyLW5pc3RwMjU2AAAASQAAACBebqCPmLEtcppCZVqpSUb7Hk1+K/9BtJsKbYgD
    cfjbwAAAACEA09MD6eVhNI9MBLK5hcRaOCu/a5lqmuVP889hPSDAAsY=
    -----END SSH SIGNATURE-----

    """
}
