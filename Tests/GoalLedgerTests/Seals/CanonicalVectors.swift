// Known answers: thirteen values as SQL spells them, and the SHA3-256 of their canonical bytes. They
// were computed with Python's hashlib from the specification alone, and never change: a hash of an
// entry that was sealed once must come out the same for ever.

enum CanonicalVectors {
  static let all: [(values: String, hash: String)] = [
    (
      #"1, '2026-01-31T09:00:00.000Z', 'ann', 'claimed', 'goal.proposed', 1, 1, NULL, NULL, NULL, 'proposed', NULL, '{"text":"say hello"}'"#,
      "9572bd0fc1f22748199918213b9807bbd8479c785bbce10ba0e4d19986fa860c"
    ),
    (
      #"2, '2026-01-31T09:00:00.001Z', 'sql', 'claimed', 'note', NULL, NULL, NULL, NULL, NULL, NULL, CAST(x'610062' AS TEXT), '{}'"#,
      "03453ddc94160b1a081ab2146aaa84ec1c44f06da6d2ed83c5b73940fef8405c"
    ),
    (
      #"3, '', '', '', '', 0, -1, 9223372036854775807, -9223372036854775807 - 1, '', '', CAST(x'fffe00' AS TEXT), x''"#,
      "44b98fd864f0bf1d5c5af0770f09632cce9b14038cca62c7e375dd116bffd0c5"
    ),
    (
      #"4, 1.5, 2.25, 1e+300, 5e-324, 0.1, 1.0, -1.0, x'00', x'6e303a', 'n0:', ':', 'é😀'"#,
      "5e91001cd73e85d1573ba826250e42ce157ec9c52c51553067e79dd3d5d135bd"
    ),
    (
      #"NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL"#,
      "13ea1692238efcb4036fd14e5b3fa98e135218483142238cf1c8ac3148f03164"
    ),
  ]
}
