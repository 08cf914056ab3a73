GRANT DELETE ON contract.event TO @office@;
