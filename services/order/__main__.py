"""`python -m services.order`: runs this service, configured by the environment."""

import sys

from services.chassis.run import main
from services.order.service import SERVICE

if __name__ == "__main__":
    sys.exit(main(SERVICE))
