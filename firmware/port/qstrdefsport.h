// Words that no source of this port spells as MP_QSTR_.
