-- How often does each method succeed, and how long does it take on average?
SELECT task, method, tries, successes, success_rate, mean_ms
FROM method_outcomes
ORDER BY task, success_rate DESC, method;
