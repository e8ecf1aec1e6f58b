using System.Runtime.InteropServices;

namespace MailBackup.Cli.Output;

/// <summary>
/// Asks the terminal how wide it is. The console class would first switch the terminal's keypad into another mode, and leave it there.
/// </summary>
internal static partial class TerminalSize
{
    private const nuint GetWindowSize = 0x5413;
    private const int StandardOutput = 1, StandardError = 2;

    /// <summary>Columns, or <see cref="CommandHost.DefaultWidth"/> when that cannot be told.</summary>
    public static int ReadWidth()
    {
        foreach (int descriptor in (ReadOnlySpan<int>)[StandardOutput, StandardError])
        {
            if (Control(descriptor, GetWindowSize, out var size) == 0 && size.Columns > 20)
            {
                return size.Columns;
            }
        }

        return CommandHost.DefaultWidth;
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, nuint request, out WindowSize size);

    private struct WindowSize
    {
#pragma warning disable CS0649, IDE0044 // The system fills it.
        public ushort Rows;
        public ushort Columns;
        public ushort Width;
        public ushort Height;
#pragma warning restore CS0649, IDE0044
    }
}
