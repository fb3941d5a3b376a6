"""The services of Aftersale: order decides, inventory holds, fulfillment turns into work."""
