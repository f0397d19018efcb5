"""The networks of riad and of the autoencoders in PyTorch, with random weights, for the benchmark beside ours.

Arguments: network (unet or autoencoder), side, width, latent, batch, threads. Then a line of standard input each, "eager SECONDS" or "channels_last SECONDS";
the answer is the mean milliseconds of a pass over the batch.
"""
import sys
import time

import torch
from torch import nn


def block(inputs, outputs, halve=False):
    first = nn.Conv2d(inputs, outputs, 4, 2, 1) if halve else nn.Conv2d(inputs, outputs, 3, padding=1)
    return nn.Sequential(
        first, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True),
        nn.Conv2d(outputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class UNet(nn.Module):
    def __init__(self, width):
        super().__init__()
        widths = [width, 2 * width, 4 * width, 8 * width, 8 * width]
        self.down = nn.ModuleList([block(3, widths[0])] + [block(a, b, True) for a, b in zip(widths, widths[1:])])
        turned = list(zip(widths[::-1], widths[-2::-1]))
        self.up = nn.ModuleList([nn.ConvTranspose2d(a, b, 4, 2, 1) for a, b in turned])
        self.join = nn.ModuleList([block(2 * b, b) for _, b in turned])
        self.last = nn.Conv2d(width, 3, 3, padding=1)

    def forward(self, x):
        maps = []
        for down in self.down:
            x = down(x)
            maps.append(x)
        for up, join, beside in zip(self.up, self.join, maps[-2::-1]):
            x = join(torch.cat([up(x), beside], 1))
        return torch.tanh(self.last(x))


def autoencoder(side, width, latent):
    def relu():
        return nn.LeakyReLU(0.2, inplace=True)

    def down(a, b):
        return [nn.Conv2d(a, b, 4, 2, 1), relu()]

    def same(a, b):
        return [nn.Conv2d(a, b, 3, padding=1), relu()]

    def up(a, b):
        return [nn.ConvTranspose2d(a, b, 4, 2, 1), relu()]

    extra = (side // 128).bit_length() - 1
    w = width
    layers = down(3, w) + down(w, w)
    for _ in range(extra):
        layers += down(w, w)
    layers += same(w, w) + down(w, 2 * w) + same(2 * w, 2 * w) + down(2 * w, 4 * w) + same(4 * w, 2 * w) + same(2 * w, w)
    layers += [nn.Conv2d(w, latent, 8), nn.ConvTranspose2d(latent, w, 8), relu()] + same(w, 2 * w) + same(2 * w, 4 * w)
    layers += up(4 * w, 2 * w) + same(2 * w, 2 * w) + up(2 * w, w) + same(w, w) + up(w, w)
    for _ in range(extra):
        layers += up(w, w)
    return nn.Sequential(*layers, nn.ConvTranspose2d(w, 3, 4, 2, 1), nn.Sigmoid())


def main():
    name, (side, width, latent, batch, threads) = sys.argv[1], map(int, sys.argv[2:7])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    network = (UNet(width) if name == "unet" else autoencoder(side, width, latent)).eval()
    frames = torch.rand(batch, 3, side, side)
    print(torch.__version__, flush=True)
    for line in sys.stdin:
        form, seconds = line.split()
        layout = torch.channels_last if form == "channels_last" else torch.contiguous_format
        network, frames = network.to(memory_format=layout), frames.contiguous(memory_format=layout)
        with torch.inference_mode():
            network(frames)
            calls, start = 0, time.perf_counter()
            while calls == 0 or time.perf_counter() - start < float(seconds):
                network(frames)
                calls += 1
            print((time.perf_counter() - start) * 1000 / calls, flush=True)


main()
