-- Which goals are held back by beliefs?
SELECT goal_id, state, text, blocker AS belief_id, why
FROM blocked_goals
WHERE kind = 'belief'
ORDER BY goal_id, belief_id;
