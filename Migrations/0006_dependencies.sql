-- Which goal waits for which.
-- What must stay true: edges change only while the dependent is proposed or adopted, and are on the
-- ledger; no cycle exists; met is 1 exactly when the prerequisite was satisfied and its release has
-- reached the edge; blockers of a goal counts its edges that are not met.

CREATE TABLE goal_dependencies (
  id INTEGER PRIMARY KEY CONSTRAINT "an edge is numbered from 1: leave id out" CHECK (id >= 1),
  goal_id INTEGER NOT NULL REFERENCES goals(id),
  depends_on INTEGER NOT NULL REFERENCES goals(id),
  met INTEGER NOT NULL DEFAULT 0,
  actor TEXT,
  reason TEXT,
  UNIQUE (goal_id, depends_on)
) STRICT;

CREATE INDEX goal_dependencies_unmet ON goal_dependencies(goal_id)
WHERE met = 0;

CREATE INDEX goal_dependents ON goal_dependencies(depends_on, met);

-- Satisfied goals with more dependents than one transaction should release.
CREATE TABLE release_queue (
  goal_id INTEGER PRIMARY KEY REFERENCES goals(id)
) STRICT;

CREATE TRIGGER goal_dependencies_before_insert BEFORE INSERT ON goal_dependencies
BEGIN
  SELECT CASE
    WHEN NEW.id <> -1
    THEN RAISE(ABORT, 'a dependency''s id is given by the database: leave id out')
    WHEN NEW.met IS NOT 0
    THEN RAISE(ABORT, 'met is kept for you: leave it out')
    WHEN NOT EXISTS (SELECT 1 FROM goals WHERE id = NEW.depends_on)
    THEN RAISE(ABORT, 'there is no goal to depend on: depends_on is the id of a goal')
    WHEN NOT EXISTS (
      SELECT 1 FROM goals WHERE id = NEW.goal_id AND state IN ('proposed', 'adopted'))
    THEN RAISE(ABORT, 'dependencies change only while the dependent goal is proposed or adopted')
    WHEN EXISTS (
      SELECT 1 FROM goal_dependencies WHERE goal_id = NEW.goal_id AND depends_on = NEW.depends_on)
    THEN RAISE(ABORT, 'the goal depends on that one already')
    WHEN NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0)) OR instr(NEW.reason, char(0))
    THEN RAISE(ABORT, 'actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL byte')
    WHEN NEW.goal_id = NEW.depends_on
    THEN RAISE(ABORT, 'a goal cannot depend on itself')
  END;
  -- Walked only if something already depends on the new dependent.
  SELECT RAISE(ABORT, 'that would be a cycle: the prerequisite depends, directly or not, on this goal')
  WHERE EXISTS (SELECT 1 FROM goal_dependencies WHERE depends_on = NEW.goal_id)
    AND NEW.goal_id IN (
      WITH RECURSIVE needed(id) AS (
        VALUES (NEW.depends_on)
        UNION
        SELECT d.depends_on FROM needed n JOIN goal_dependencies d ON d.goal_id = n.id
      )
      SELECT id FROM needed);
END;

CREATE TRIGGER goal_dependencies_after_insert AFTER INSERT ON goal_dependencies
BEGIN
  INSERT INTO identity_ledger(actor, event, goal_id, reason, detail)
  VALUES (coalesce(NEW.actor, 'sql'), 'dependency.added', NEW.goal_id, NEW.reason,
    json_object('depends_on', NEW.depends_on));
  SELECT RAISE(ABORT, 'the ledger took no entry of this dependency, so nothing is changed')
  WHERE changes() <> 1;
  UPDATE goal_dependencies
  SET actor = NULL, reason = NULL,
    met = EXISTS (SELECT 1 FROM goals WHERE id = NEW.depends_on AND state = 'satisfied')
  WHERE id = NEW.id;
  UPDATE goals
  SET blockers = (SELECT count(*) FROM goal_dependencies WHERE goal_id = NEW.goal_id AND met = 0)
  WHERE id = NEW.goal_id;
END;

CREATE TRIGGER goal_dependencies_before_update BEFORE UPDATE ON goal_dependencies
BEGIN
  SELECT CASE
    WHEN (NEW.id, NEW.goal_id, NEW.depends_on) IS NOT (OLD.id, OLD.goal_id, OLD.depends_on)
    THEN RAISE(ABORT, 'a dependency is added or deleted, never changed')
    WHEN NEW.met IS NOT OLD.met AND (NEW.met IS NOT 1 OR NOT EXISTS (
      SELECT 1 FROM goals WHERE id = OLD.depends_on AND state = 'satisfied'))
    THEN RAISE(ABORT, 'met says that the prerequisite is satisfied: only that releases a dependent')
    WHEN NEW.actor = '' OR NEW.actor GLOB '*[' || char(1) || '-' || char(31) || ']*'
      OR length(NEW.actor) > 200 OR instr(NEW.actor, char(0)) OR instr(NEW.reason, char(0))
    THEN RAISE(ABORT, 'actor is a name of 1 to 200 characters on one line, reason a text; neither holds a NUL byte')
  END;
END;

CREATE TRIGGER goal_dependencies_after_update AFTER UPDATE ON goal_dependencies
WHEN NEW.met <> OLD.met OR NEW.actor IS NOT NULL OR NEW.reason IS NOT NULL
BEGIN
  UPDATE goals
  SET blockers = (SELECT count(*) FROM goal_dependencies WHERE goal_id = NEW.goal_id AND met = 0)
  WHERE id = NEW.goal_id AND NEW.met <> OLD.met;
  UPDATE goal_dependencies
  SET actor = NULL, reason = NULL
  WHERE id = NEW.id AND (actor IS NOT NULL OR reason IS NOT NULL);
END;

CREATE TRIGGER goal_dependencies_before_delete BEFORE DELETE ON goal_dependencies
BEGIN
  SELECT RAISE(ABORT, 'dependencies change only while the dependent goal is proposed or adopted')
  WHERE NOT EXISTS (
      SELECT 1 FROM goals WHERE id = OLD.goal_id AND state IN ('proposed', 'adopted'))
    AND NOT EXISTS (SELECT 1 FROM leaving_goals WHERE id = OLD.goal_id);
END;

CREATE TRIGGER goal_dependencies_after_delete AFTER DELETE ON goal_dependencies
WHEN NOT EXISTS (SELECT 1 FROM leaving_goals WHERE id = OLD.goal_id)
BEGIN
  -- A DELETE has no conflict clause, so nothing can make the ledger ignore this.
  INSERT INTO identity_ledger(event, goal_id, detail)
  VALUES ('dependency.removed', OLD.goal_id, json_object('depends_on', OLD.depends_on));
  UPDATE goals
  SET blockers = (SELECT count(*) FROM goal_dependencies WHERE goal_id = OLD.goal_id AND met = 0)
  WHERE id = OLD.goal_id;
END;

CREATE TRIGGER release_queue_insert BEFORE INSERT ON release_queue
BEGIN
  SELECT RAISE(ABORT, 'release_queue holds satisfied goals whose dependents are not all released')
  WHERE EXISTS (SELECT 1 FROM release_queue WHERE goal_id = NEW.goal_id)
    OR NOT EXISTS (SELECT 1 FROM goals WHERE id = NEW.goal_id AND state = 'satisfied')
    OR NOT EXISTS (SELECT 1 FROM goal_dependencies WHERE depends_on = NEW.goal_id AND met = 0);
END;

CREATE TRIGGER release_queue_update BEFORE UPDATE ON release_queue
BEGIN
  SELECT RAISE(ABORT, 'a goal enters and leaves release_queue: it never becomes another');
END;

CREATE TRIGGER release_queue_delete BEFORE DELETE ON release_queue
BEGIN
  SELECT RAISE(ABORT, 'the goal has dependents to release: SET met = 1 on its dependencies first')
  WHERE EXISTS (SELECT 1 FROM goal_dependencies WHERE depends_on = OLD.goal_id AND met = 0);
END;
