"""Images inside images: a file that the appliance of one handle can read becomes the drive of another handle."""
