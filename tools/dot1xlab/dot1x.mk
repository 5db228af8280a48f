# 802.1X before a port of Debian's hostapd, in a network namespace (tools/dot1x).

demo-8021x: tier-check ## a NOE set before an 802.1X port: quarantine, enrolled, revoked, healed
	@$(MAKE) -s build-quietly TARGETS="core-host NOE"
	@tools/dot1x

.PHONY: demo-8021x
