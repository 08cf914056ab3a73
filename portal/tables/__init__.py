"""Published rows: paging, filters, totals and exports."""
