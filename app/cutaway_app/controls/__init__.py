"""Small parts that widgets and viewers are made of: buttons, labels, messages in empty places. GUI thread."""
