# A roll-out of N emulated sets on this machine, and the simulation of thousands.

N = 5
CHECK_PARTS += rollout

rollout: tier-demo ## N=5 NOE sets find lanpbx.cfg and enrol themselves
	@$(MAKE) -s build-quietly TARGETS="core-host NOE"
	@$(PYTHON) tools/rollout $(N)

fleet: tier-demo venv-fleet ## simulate and plot 4,000 to 80,000 sets after a power loss or outage
	@$(MAKE) -s build-quietly TARGETS="core-host"
	@$(PYTHON) tools/fleet --plot build/fleet-load.png
	@cmp -s build/fleet-load.png tools/fleetsim/fleet.png || \
		cp build/fleet-load.png tools/fleetsim/fleet.png

.PHONY: rollout fleet
