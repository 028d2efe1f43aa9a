"""The league of the cohort model and its rivals on real cohorts. See bench/README.md."""
