REVOKE DELETE ON contract.event FROM @office@;
