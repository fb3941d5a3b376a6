"""`python -m services.fulfillment`: runs this service, configured by the environment."""

import sys

from services.chassis.run import main
from services.fulfillment.service import SERVICE

if __name__ == "__main__":
    sys.exit(main(SERVICE))
