// Words that no source spells as MP_QSTR_.
