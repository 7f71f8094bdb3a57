"""Orders and questions of people, wherever they come from: a socket, a stopped journal, a technician."""
