"""The demo's content for one regency: real data and labelled samples; start at `plan.plan`."""
