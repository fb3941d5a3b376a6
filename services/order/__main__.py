"""`python -m services.order`: runs this service, configured by the environment."""

import sys

from services.order.service import SERVICE
from services.chassis.run import main

if __name__ == "__main__":
    sys.exit(main(SERVICE))
