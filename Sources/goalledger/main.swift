print("goalledger")
