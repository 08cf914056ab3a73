"""Tables in and out: inspection, typing over the whole column, staging for COPY, exports."""
