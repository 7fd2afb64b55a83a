-- When did beliefs and weights change, from what to what?
SELECT seq, at, actor, event, json_extract(detail, '$.subject') AS subject,
  CASE event WHEN 'weight.changed' THEN json_extract(detail, '$.old')
    ELSE json_extract(detail, '$.old') END AS old,
  CASE event WHEN 'weight.changed' THEN json_extract(detail, '$.new')
    ELSE json_remove(detail, '$.subject', '$.old') END AS new,
  reason
FROM identity_ledger
WHERE event GLOB 'belief.*' OR event = 'weight.changed'
ORDER BY seq;
