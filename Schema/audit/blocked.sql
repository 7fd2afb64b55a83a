-- Which goals are held back by other goals or by the time, and why?
SELECT goal_id, state, text, kind, blocker, why
FROM blocked_goals
WHERE kind <> 'belief'
ORDER BY goal_id, kind, blocker;
