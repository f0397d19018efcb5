using System.Globalization;
using AnomalyLine.Imaging.Decoding;
using AnomalyLine.Inference.Backends.Torch;
using AnomalyLine.Management.Training;
using AnomalyLine.Server;

TorchEngine.RestartWithSettings();

return args switch
{
    [TrainerProcess.Argument, var request] => await TrainerHost.RunAsync(request),
    [TrainerProcess.JobArgument, var work] => await TrainerHost.RunJobAsync(work),
    [DecoderProcess.Argument, var memory, var mostBytes] => DecoderProcess.Run(memory, int.Parse(mostBytes, CultureInfo.InvariantCulture)),
    _ => await ServerProgram.RunAsync(args),
};
