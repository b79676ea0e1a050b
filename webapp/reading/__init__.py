"""What is sent, as pictures, ZIPs or strokes, and how it becomes an answer."""
