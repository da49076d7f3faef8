/* Cuts the power of a file system: from now on nothing reaches its disk, also not what is in its journal. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>

#define SHUTDOWN _IOR('X', 125, uint32_t)
#define WITHOUT_FLUSH 2

int main(int count, char **arguments) {
    uint32_t flags = WITHOUT_FLUSH;
    int folder = count == 2 ? open(arguments[1], O_RDONLY) : -1;
    if (folder >= 0 && ioctl(folder, SHUTDOWN, &flags) == 0) return 0;
    perror("the file system cannot be shut down");
    return 1;
}
