-- What changed in which files, and by which goal?
-- An element of changes.files is a path, or an object with one.
SELECT c.workspace, CASE f.type WHEN 'object' THEN json_extract(f.value, '$.path') ELSE f.value END
    AS path,
  CASE f.type WHEN 'object' THEN json_remove(f.value, '$.path') END AS what,
  c.goal_id, c.state, c.branch, c.base_commit, c.head_commit, c.updated_at
FROM changes c JOIN json_each(c.files) f
ORDER BY c.workspace, path, c.id;
