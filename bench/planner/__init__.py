"""The planner of cohorts on made-up cohorts: how far its plans are from a bound, and how long it takes."""
