"""`python -m gate_controller` is `gate-controller`."""

import sys

from gate_controller.cli import main

sys.exit(main())
